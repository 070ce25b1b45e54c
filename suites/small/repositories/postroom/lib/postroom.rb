require_relative "postroom/delivery"
require_relative "postroom/mailer"
require_relative "postroom/member"
require_relative "postroom/template"

module Postroom
end

module Postroom
  # Makes a letter for a member.
  class Mailer
    def initialize(template)
      @template = template
    end

    def letter(member, body)
      text = @template.fill(greeting: member.greeting, body: body)
      { to: member.email, subject: "News of the club", text: text }
    end
  end
end

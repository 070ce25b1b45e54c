module Postroom
  # Somebody who gets the newsletter.
  Member = Struct.new(:id, :email, :name, :birthday, keyword_init: true) do
    def greeting
      name.empty? ? "Dear member" : "Dear #{name}"
    end
  end
end

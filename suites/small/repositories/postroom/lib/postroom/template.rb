module Postroom
  # Fills the text of a letter.
  class Template
    def initialize(text)
      @text = text
    end

    def fill(values)
      values.reduce(@text) { |text, (name, value)| text.gsub("{{#{name}}}", value.to_s) }
    end
  end
end

module Postroom
  # Hands letters over to the mail server, one after another.
  class Delivery
    def initialize(server)
      @server = server
    end

    def send_all(letters)
      letters.each { |letter| @server.deliver(letter) }
    end
  end
end

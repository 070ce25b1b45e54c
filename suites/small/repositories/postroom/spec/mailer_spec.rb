require "postroom"

RSpec.describe Postroom::Mailer do
  it "writes to the member" do
    member = Postroom::Member.new(email: "ada@example.org", name: "Ada")
    letter = described_class.new(Postroom::Template.new("{{body}}")).letter(member, "Hello")
    expect(letter[:to]).to eq("ada@example.org")
  end
end

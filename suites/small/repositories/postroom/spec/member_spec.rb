require "postroom"

RSpec.describe Postroom::Member do
  it "greets by name" do
    expect(described_class.new(name: "Ada").greeting).to eq("Dear Ada")
  end
end

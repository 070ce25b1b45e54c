require "postroom"

RSpec.describe Postroom::Template do
  it "fills names" do
    expect(described_class.new("{{a}}").fill(a: 1)).to eq("1")
  end
end

require "postroom"

RSpec.describe Postroom::Delivery do
  it "delivers every letter" do
    server = double(deliver: true)
    expect(server).to receive(:deliver).twice
    described_class.new(server).send_all([{}, {}])
  end
end

"""Events as GitHub tells them to Apps: payloads, the delivery log, and the sender."""

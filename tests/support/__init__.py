"""What tests are made of: engines, databases, people."""

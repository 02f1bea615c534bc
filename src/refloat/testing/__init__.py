"""For authors of adapters: conformance suites and faithful fakes. The product never imports it."""

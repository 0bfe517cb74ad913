"""Put a report into a case: new folder, guide, dictionary, quotations, privacy of notebooks."""

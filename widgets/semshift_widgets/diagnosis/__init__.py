"""DiagnosisExplorer: why a document was not found, under a mouse."""

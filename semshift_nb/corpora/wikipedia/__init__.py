"""Articles of the English Wikipedia as plain prose; their wikitext unmarked."""

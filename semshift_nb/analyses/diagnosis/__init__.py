"""Why a document was not found: causes tested by intervening and searching again."""

"""Some texts at one temperature of the attention after another: what TempScaleExplorer shows."""

"""What attention lets through: head by head, against its bound, and held level by a temperature."""

"""What helps against vectors that find too little: remedies, their gains, and their price."""

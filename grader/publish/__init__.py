"""What authors write becomes what students get: notebooks, decks, the hand-out."""

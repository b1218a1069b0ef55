"""From an edition to mailboxes: who subscribes, what waits, what was sent."""

"""What the benches share: cases, peers, measures, pictures and our engine's door."""

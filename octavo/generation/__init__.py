"""From a writer to texts: sampled or greedy (`sampling`), or searched for (`beam`)."""

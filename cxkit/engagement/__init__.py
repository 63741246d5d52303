"""What a log cannot know, in one checked file per client."""

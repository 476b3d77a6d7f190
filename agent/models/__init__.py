"""Chat models: loading, decoding, grammars and what a model may say."""

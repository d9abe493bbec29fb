"""The parts of training: recipe, corpora, pieces, learner, development set, journal, checkpoint, model card."""

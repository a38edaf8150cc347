"""Quality and cost: the model beside simple baselines, adaptive attention beside dense."""

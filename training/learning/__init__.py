"""Fine-tuning: the loop, its steps, its resumption, the model's folder and card."""

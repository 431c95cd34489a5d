"""What is attacked: each file makes hostile inputs for one surface and judges what becomes of them."""

"""Whether a bilinear net that looks at a doubtful character again helps the decoder to tell confusable digits apart."""

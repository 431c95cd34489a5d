"""What else is on mail: stamps, postmarks, bar codes, logos, preprinted boxes."""

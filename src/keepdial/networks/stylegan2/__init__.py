"""StyleGAN2's generator: the network, its weights from disk, and pictures turned back into its styles.

``network`` is the network, ``weights`` finds and loads one, ``invert`` looks for the styles of a picture.
Only ``weights`` can be imported without torch.
"""

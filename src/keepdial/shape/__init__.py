"""Shape and size: where to cut, how far a picture is tilted, and pictures computed anew in another shape."""

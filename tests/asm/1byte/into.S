# bits: 32
# out:
# why: OF is clear: nothing
        into

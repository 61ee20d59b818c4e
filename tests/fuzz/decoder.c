/* Fuzz target: x86_decode() on any bytes, in all modes. */
/* SPDX-License-Identifier: MIT */
#include "target/x86/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (X86Mode mode = X86_MODE_16; mode <= X86_MODE_64; mode++) {
        Insn a, b;
        memset(&a, 0x55, sizeof(a));
        memset(&b, 0xaa, sizeof(b));
        int len = x86_decode(&a, data, size, mode);
        assert(len == x86_decode(&b, data, size, mode));
        assert(len >= X86_DECODE_TOO_LONG && len != 0 && len <= X86_MAX_INSN_LEN);
        if (len > 0) {
            assert((size_t)len <= size && !memcmp(&a, &b, offsetof(Insn, op)));
            assert(x86_decode(&b, data, len - 1, mode) == X86_DECODE_MORE);
        }
    }
    return 0;
}

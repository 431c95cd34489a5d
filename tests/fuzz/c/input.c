#include "input.h"

#include <math.h>
#include <string.h>

uint8_t fz_byte(fz_input *input) {
    if (!input->left) {
        return 0;
    }
    input->left--;
    return *input->bytes++;
}

uint64_t fz_word(fz_input *input, int bytes) {
    uint64_t word = 0;
    for (int i = 0; i < bytes; i++) {
        word |= (uint64_t)fz_byte(input) << (8 * i);
    }
    return word;
}

int32_t fz_between(fz_input *input, int32_t low, int32_t high) {
    uint32_t count = (uint32_t)(high - low) + 1;
    return low + (int32_t)(fz_word(input, count <= 256 ? 1 : 2) % count);
}

int32_t fz_any_int(fz_input *input) {
    static const int32_t ends[] = {0,  1,   2,    -1,    INT32_MIN, INT32_MAX, INT32_MAX - 1, 32,
                                   33, 240, 65535, 65536, 65537,    1 << 24,   -65536,        INT32_MAX / 2};
    uint8_t kind = fz_byte(input);
    if (kind < 64) {
        return ends[kind % (sizeof ends / sizeof *ends)];
    }
    if (kind < 160) {
        return (int32_t)fz_byte(input) - 4;
    }
    uint32_t bits = (uint32_t)fz_word(input, 4);
    int32_t number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

int32_t fz_other_int(fz_input *input, int32_t number) {
    uint8_t kind = fz_byte(input);
    if (kind % 2) {
        return fz_any_int(input);
    }
    int64_t near = (int64_t)number + kind / 2 % 8 - 4;
    return near < INT32_MIN || near > INT32_MAX ? number : (int32_t)near;
}

double fz_any_double(fz_input *input) {
    static const double ends[] = {0,     -0.0,   1,      -1,     INFINITY, -INFINITY, NAN, 20.5,
                                  1e300, -1e300, 5e-324, 1e-300, 1e30,     700,       701, 1e-100};
    uint8_t kind = fz_byte(input);
    if (kind < 64) {
        return ends[kind % (sizeof ends / sizeof *ends)];
    }
    if (kind < 160) {
        return ((double)fz_word(input, 2) - 32768) / 256;
    }
    uint64_t bits = fz_word(input, 8);
    double number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

int fz_seldom(fz_input *input, int often) {
    return fz_byte(input) % often == often - 1;
}

uint32_t fz_random(uint32_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

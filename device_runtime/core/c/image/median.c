/* Medians of a text line's measures, in little memory however many pieces there are. */
#include <math.h>
#include <string.h>

#include "image.h"

/* ---- weighted ---- */

/* Sink the item at `root` of a heap of `count` items whose largest value is on top. */
static void sink(pe_weighted *heap, int32_t root, int32_t count) {
    pe_weighted sinking = heap[root];
    for (int32_t child = 2 * root + 1; child < count; child = 2 * root + 1) {
        if (child + 1 < count && heap[child + 1].value > heap[child].value) {
            child++;
        }
        if (sinking.value >= heap[child].value) {
            break;
        }
        heap[root] = heap[child];
        root = child;
    }
    heap[root] = sinking;
}

/* Heapsort: J. W. J. Williams, 1964. */
static void sort(pe_weighted *items, int32_t count) {
    for (int32_t root = count / 2 - 1; root >= 0; root--) {
        sink(items, root, count);
    }
    for (int32_t last = count - 1; last > 0; last--) {
        pe_weighted largest = items[0];
        items[0] = items[last];
        items[last] = largest;
        sink(items, 0, last);
    }
}

double pe_weighted_median(pe_weighted *items, int32_t count) {
    sort(items, count);
    double total = 0, running = 0;
    for (int32_t i = 0; i < count; i++) {
        total += items[i].weight;
    }
    for (int32_t i = 0; i < count; i++) {
        running += items[i].weight;
        if (running >= total / 2) {
            return items[i].value;
        }
    }
    return items[count - 1].value;
}

/* ---- of slopes ---- */

/* A whole number that orders as the value does: a radix of float64. */
static uint64_t key_of(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits >> 63 ? ~bits : bits | (UINT64_C(1) << 63);
}

static double value_of(uint64_t key) {
    uint64_t bits = key >> 63 ? key & ~(UINT64_C(1) << 63) : ~key;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* How many slopes whose key begins with `prefix` above bit `shift` + 8 have each value of the next 8 bits. */
static void count_digits(const double *x, const double *y, int32_t count, double apart, uint64_t prefix, int shift,
                         int64_t digits[256]) {
    uint64_t above = shift == 56 ? 0 : ~UINT64_C(0) << (shift + 8);
    memset(digits, 0, 256 * sizeof *digits);
    for (int32_t i = 0; i < count; i++) {
        for (int32_t j = i + 1; j < count; j++) {
            double run = x[j] - x[i];
            if (fabs(run) > apart) {
                uint64_t key = key_of((y[j] - y[i]) / run);
                digits[key >> shift & 255] += (key & above) == prefix;
            }
        }
    }
}

double pe_median_slope(const double *x, const double *y, int32_t count, double apart) {
    /* The key of the median digit by digit, the highest first: the pairs are too many to be kept. */
    uint64_t key = 0;
    int64_t rank = 0, digits[256];
    for (int shift = 56; shift >= 0; shift -= 8) {
        count_digits(x, y, count, apart, key, shift, digits);
        if (shift == 56) {
            int64_t pairs = 0;
            for (int digit = 0; digit < 256; digit++) {
                pairs += digits[digit];
            }
            if (!pairs) {
                return 0;
            }
            rank = pairs / 2;
        }
        uint64_t digit = 0;
        while (rank >= digits[digit]) {
            rank -= digits[digit++];
        }
        key |= digit << shift;
    }
    return value_of(key);
}

#include "rank.h"

#include <string.h>

#define SHORT_RUN 8

static void insertion_sort(pe_ranked *items, int32_t count) {
    for (int32_t i = 1; i < count; i++) {
        pe_ranked item = items[i];
        int32_t at = i;
        for (; at > 0 && items[at - 1].key > item.key; at--) {
            items[at] = items[at - 1];
        }
        items[at] = item;
    }
}

/* Merge from[0 .. middle) and from[middle .. end) into `to`. */
static void merge(const pe_ranked *from, int32_t middle, int32_t end, pe_ranked *to) {
    int32_t left = 0, right = middle;
    for (int32_t i = 0; i < end; i++) {
        int take_right = left == middle || (right < end && from[right].key < from[left].key);
        to[i] = take_right ? from[right++] : from[left++];
    }
}

/* Merge sort from below (Knuth, The Art of Computer Programming 3, section 5.2.4), without recursion. */
void pe_rank(pe_ranked *items, pe_ranked *spare, int32_t count) {
    for (int32_t begin = 0; begin < count; begin += SHORT_RUN) {
        insertion_sort(items + begin, count - begin < SHORT_RUN ? count - begin : SHORT_RUN);
    }
    int32_t run = SHORT_RUN;
    while (run < count) {
        int32_t begin = 0;
        while (count - begin > run) {
            int32_t pair = count - begin - run < run ? count - begin : 2 * run;
            merge(items + begin, run, pair, spare + begin);
            memcpy(items + begin, spare + begin, (size_t)pair * sizeof *items);
            begin += pair;
        }
        run = run > count / 2 ? count : 2 * run;
    }
}

/* Gives files to a target without a fuzzer. Each name is printed before its turn: the last one is that of a fault. */
#include <stdio.h>
#include <stdlib.h>

#include "expect.h"
#include "input.h"

#define MOST_BYTES 65536

static void replay(const char *path) {
    static uint8_t read[MOST_BYTES];
    FILE *file = fopen(path, "rb");
    EXPECT(file);
    size_t count = fread(read, 1, sizeof read, file);
    fclose(file);
    uint8_t *bytes = malloc(count ? count : 1); /* no byte more, so that a read too far is seen */
    EXPECT(bytes);
    for (size_t i = 0; i < count; i++) {
        bytes[i] = read[i];
    }
    puts(path);
    fflush(stdout);
    LLVMFuzzerTestOneInput(bytes, count);
    free(bytes);
}

int main(int count, char **paths) {
    for (int i = 1; i < count; i++) {
        replay(paths[i]);
    }
    return 0;
}

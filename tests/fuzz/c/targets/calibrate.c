/* pe_calibrate of any numbers. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "expect.h"
#include "input.h"
#include "posteye_core.h"

#define MOST_POSTERIORS 64
#define EDGE 1e-12
#define NEAR 1e-9
#define LEAST_TEMPERATURE 0.01 /* below, a difference of the last bit is no longer a small one */

static double read_posterior(fz_input *input) {
    switch (fz_byte(input) % 4) {
    case 0: return fz_any_double(input);
    case 1: return 1 - ldexp(1 + fz_byte(input), -fz_between(input, 8, 60));
    case 2: return ldexp(1 + fz_byte(input), -fz_between(input, 8, 60));
    default: return (double)fz_word(input, 2) / 65535;
    }
}

static double read_temperature(fz_input *input) {
    return fz_seldom(input, 4) ? fz_any_double(input) : (double)(1 + fz_word(input, 2)) / 256;
}

static double read_offset(fz_input *input) {
    return fz_seldom(input, 4) ? fz_any_double(input) : ((double)fz_word(input, 2) - 32768) / 32.768;
}

/* The same by the C library, whose last bits are others. */
static double calibrated(double posterior, double temperature, double offset) {
    double kept = fmin(fmax(posterior, EDGE), 1 - EDGE);
    return 1 / (1 + exp(-(log(kept) - log(1 - kept)) / temperature - offset));
}

static void check(const double *before, const double *after, int32_t count, double temperature, double offset) {
    for (int32_t i = 0; i < count; i++) {
        EXPECT(after[i] >= 0 && after[i] <= 1);
        EXPECT(temperature < LEAST_TEMPERATURE ||
               fabs(after[i] - calibrated(before[i], temperature, offset)) <= NEAR);
        for (int32_t k = 0; k < i; k++) { /* what is believed more stays so */
            EXPECT(before[i] != before[k] || after[i] == after[k]);
            EXPECT(temperature < LEAST_TEMPERATURE || before[i] < before[k] || after[i] >= after[k] - NEAR);
        }
    }
}

static void check_refused(void) {
    static const double temperatures[] = {0, -1, 1e30, INFINITY, NAN}, offsets[] = {-1000, 1000, INFINITY, NAN};
    double posterior = 0.25;
    for (size_t i = 0; i < sizeof temperatures / sizeof *temperatures; i++) {
        EXPECT(pe_calibrate(&posterior, 1, temperatures[i], 0) == PE_INVALID);
    }
    for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++) {
        EXPECT(pe_calibrate(&posterior, 1, 1, offsets[i]) == PE_INVALID);
    }
    EXPECT(pe_calibrate(&posterior, -1, 1, 0) == PE_INVALID && pe_calibrate(NULL, 1, 1, 0) == PE_INVALID);
    EXPECT(posterior == 0.25);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    fz_input input = {bytes, size};
    double temperature = read_temperature(&input), offset = read_offset(&input);
    int32_t count = fz_between(&input, 0, MOST_POSTERIORS);
    double before[MOST_POSTERIORS + 1] = {0}; /* copies are never of nothing */
    int is_valid = temperature > 0 && temperature < 1e30 && offset > -1000 && offset < 1000;
    for (int32_t i = 0; i < count; i++) {
        before[i] = read_posterior(&input);
        is_valid = is_valid && !isnan(before[i]);
    }
    size_t used = (size_t)count * sizeof *before;
    double *posteriors = malloc(used); /* no byte more, so that one too many is seen */
    EXPECT(posteriors || !count);
    if (count) {
        memcpy(posteriors, before, used);
    }
    pe_status status = pe_calibrate(posteriors, count, temperature, offset);
    EXPECT(status == (is_valid ? PE_OK : PE_INVALID));
    if (is_valid) {
        check(before, posteriors, count, temperature, offset);
    } else {
        EXPECT(!count || !memcmp(posteriors, before, used));
    }
    check_refused();
    free(posteriors);
    return 0;
}

#include "exact.h"

#include <math.h>

#if defined(__FLT_EVAL_METHOD__) && (__FLT_EVAL_METHOD__ == 1 || __FLT_EVAL_METHOD__ == 2)
#error "this processor keeps more bits than a double has: the core would not give the same bits; NumPy reads there"
#endif

#define LN2 0.6931471805599453
#define LN2_HIGH 0.6931471803691238 /* ends in zeros: its product with a small integer is exact */
#define LN2_LOW 1.9082149292705877e-10
#define LOG2_E 1.4426950408889634
#define SQRT_HALF 0.7071067811865476
#define QUANTA 1073741824.0 /* 2^30 */

double pe_log(double x) {
    if (x <= 0) {
        return -INFINITY;
    }
    int exponent;
    double mantissa = frexp(x, &exponent);
    if (mantissa < SQRT_HALF) {
        mantissa = 2 * mantissa;
        exponent -= 1;
    }
    /* log m = 2 atanh((m - 1) / (m + 1)); the ratio is below 0.172, so that 12 terms are enough. */
    double ratio = (mantissa - 1) / (mantissa + 1);
    double square = ratio * ratio;
    static const double terms[] = {1.0 / 23, 1.0 / 21, 1.0 / 19, 1.0 / 17, 1.0 / 15, 1.0 / 13,
                                   1.0 / 11, 1.0 / 9,  1.0 / 7,  1.0 / 5,  1.0 / 3,  1.0};
    double series = 0;
    for (int i = 0; i < 12; i++) {
        series = series * square + terms[i];
    }
    return exponent * LN2 + 2 * ratio * series;
}

double pe_exp(double x) {
    if (!(x >= -745)) {
        return 0;
    }
    if (x > 709) {
        x = 709;
    }
    /* exp x = 2^k exp r, |r| below 0.347, by Taylor's series. */
    double k = rint(x * LOG2_E);
    double r = (x - k * LN2_HIGH) - k * LN2_LOW;
    double series = 1;
    for (int i = 14; i > 0; i--) {
        series = series * r / i + 1;
    }
    return ldexp(series, (int)k);
}

double pe_fixed(double x) {
    return rint(x * QUANTA) * (1 / QUANTA);
}

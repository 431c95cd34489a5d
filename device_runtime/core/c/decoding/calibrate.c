/* Calibrated posteriors; device_runtime/calibration.py has the same in Python. */
#include <math.h>

#include "../common/exact.h"
#include "../posteye_core.h"

#define EDGE 1e-12 /* so far posteriors are kept from 0 and 1 */

static double kept(double posterior) {
    return posterior < EDGE ? EDGE : posterior > 1.0 - EDGE ? 1.0 - EDGE : posterior;
}

pe_status pe_calibrate(double *posteriors, int32_t count, double temperature, double offset) {
    if ((!posteriors && count) || count < 0 ||
        !(temperature > 0 && temperature < 1e30) || !(offset > -1e3 && offset < 1e3)) {
        return PE_INVALID;
    }
    for (int32_t i = 0; i < count; i++) {
        if (isnan(posteriors[i])) {
            return PE_INVALID;
        }
    }
    for (int32_t i = 0; i < count; i++) {
        double posterior = kept(posteriors[i]);
        double log_odds = pe_log(posterior) - pe_log(1.0 - posterior);
        posteriors[i] = 1.0 / (1.0 + pe_exp(-log_odds / temperature - offset));
    }
    return PE_OK;
}

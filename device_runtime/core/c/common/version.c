#include "../posteye_core.h"

int32_t pe_abi_version(void) {
    return PE_ABI_VERSION;
}

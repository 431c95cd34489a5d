/* Decodes one task by posteye_core.h alone: reads it from the file named first, as test_decode_program.py writes it, and
 * prints what was found, exactly. The second argument says how often, for counting instructions. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "posteye_core.h"

static FILE *file;

static void *get(size_t count, size_t size) {
    void *items = malloc(count * size + 1);
    if (!items || fread(items, size, count, file) != count) {
        fprintf(stderr, "the task is too short\n");
        exit(2);
    }
    return items;
}

static int32_t number(void) {
    int32_t *one = get(1, sizeof *one);
    int32_t value = *one;
    free(one);
    return value;
}

static double real(void) {
    double *one = get(1, sizeof *one);
    double value = *one;
    free(one);
    return value;
}

static void print_signs(const uint8_t *signs, int32_t count) {
    for (int32_t i = 0; i < count; i++) {
        printf(" %d", signs[i]);
    }
}

static void print(const pe_decoding *found) {
    printf("free %a doubt %" PRId32 "\n", found->free, found->doubt);
    for (int32_t i = 0; i < found->found; i++) {
        const pe_candidate *candidate = &found->candidates[i];
        printf("candidate %a", candidate->confidence);
        print_signs(candidate->signs, candidate->length);
        printf("\n");
    }
    for (int32_t i = 0; found->found && i < found->candidates[0].length; i++) {
        printf("character %a %a\n", found->characters[i].confidence, found->characters[i].x_px);
    }
    if (found->outside_length) {
        printf("outside %a %" PRId32, found->outside_confidence, found->outside_short);
        print_signs(found->outside, found->outside_length);
        printf("\n");
    }
}

/* Decode in an arena that begins tiny and grows as the core asks. */
static int decode(const pe_net *net, const pe_graph *graph, const pe_options *options, const int8_t *scores,
                  int32_t columns, const uint8_t *pixels, int32_t width_px, double aspect, int times) {
    pe_arena arena = {malloc(1), 1, 0, 0};
    pe_decoding found;
    pe_status status = PE_OK;
    for (int i = 0; i < times; i++) {
        status = pe_decode(net, graph, options, scores, columns, pixels, width_px, aspect, &arena, &found);
        while (status == PE_ARENA_FULL) {
            arena.size = arena.wanted;
            free(arena.memory);
            arena.memory = malloc(arena.size);
            status = pe_decode(net, graph, options, scores, columns, pixels, width_px, aspect, &arena, &found);
        }
    }
    if (status == PE_OK) {
        print(&found);
    }
    free(arena.memory);
    return status == PE_OK ? 0 : 1;
}

int main(int count, char **arguments) {
    file = count > 1 ? fopen(arguments[1], "rb") : NULL;
    if (!file || pe_abi_version() != PE_ABI_VERSION) {
        return 2;
    }
    pe_net net = {0};
    pe_graph graph = {0};
    pe_options options = {0};
    net.characters = number();
    net.zero = number();
    net.first_column_px = number();
    net.column_stride_px = number();
    graph.nodes = number();
    graph.arcs = number();
    graph.layers = number();
    graph.exact = number();
    graph.grouped = number();
    options.n_best = number();
    options.reserve = number();
    int32_t columns = number(), width_px = number(), choices = number();
    net.scale = real();
    graph.density = real();
    options.costs.foreign_number = real();
    options.costs.continued = real();
    options.costs.letters = real();
    options.costs.mark = real();
    double aspect = real();
    double *exponentials = get(256, sizeof(double));
    double *gain = get((size_t)graph.arcs, sizeof(double)), *end = get((size_t)graph.nodes, sizeof(double));
    double *layer_gain = get((size_t)choices, sizeof(double)), *layer_end = get((size_t)graph.layers, sizeof(double));
    int32_t *leaving = get((size_t)graph.nodes + 1, sizeof(int32_t));
    int32_t *character = get((size_t)graph.arcs, sizeof(int32_t));
    int32_t *destination = get((size_t)graph.arcs, sizeof(int32_t));
    int32_t *layer_offset = get((size_t)graph.layers * 3 + 1, sizeof(int32_t));
    int32_t *layer_character = get((size_t)choices, sizeof(int32_t));
    uint8_t *is_digit = get((size_t)net.characters, 1);
    uint8_t *junction = get((size_t)graph.arcs, 1), *separator = get((size_t)graph.arcs, 1);
    int8_t *scores = get((size_t)columns * (size_t)(net.characters + 2), 1);
    uint8_t *pixels = get((size_t)width_px * PE_STRIP_HEIGHT_PX, 1);
    for (int32_t i = 0; i < net.characters && i < PE_MOST_CHARACTERS; i++) {
        net.is_digit[i] = is_digit[i];
    }
    net.exponentials = exponentials;
    graph.leaving = leaving;
    graph.character = character;
    graph.junction = junction;
    graph.separator = separator;
    graph.destination = destination;
    graph.gain = gain;
    graph.end = end;
    graph.layer_offset = layer_offset;
    graph.layer_character = layer_character;
    graph.layer_gain = layer_gain;
    graph.layer_end = layer_end;
    int times = count > 2 ? atoi(arguments[2]) : 1, result = 1;
    if (pe_graph_check(&graph, &net) == PE_OK) {
        result = decode(&net, &graph, &options, scores, columns, pixels, width_px, aspect, times);
    } else {
        fprintf(stderr, "this is no decoding graph\n");
    }
    void *taken[] = {exponentials, gain,      end,         layer_gain,   layer_end,
                     leaving,      character, destination, layer_offset, layer_character,
                     is_digit,     junction,  separator,   scores,       pixels};
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
        free(taken[i]);
    }
    fclose(file);
    return result;
}

#!/usr/bin/env bash
# The experiments of the hybrid VAE's paper in small, for a CPU: usage: tools/hybrid_vae_small.sh RUNS RESULTS [GROUP…]
# Networks a quarter as wide and about a hundredth of the published steps, stated in each row as overrides. A run whose
# result is there is left alone; one that was stopped goes on. Groups: figure3 figure4 figure5 figure6 table3.
set -euo pipefail
runs=$1 results=$2
shift 2
groups=${*:-figure4 table3 figure6 figure3 figure5}

one() { # name, recipe, steps, overrides
    local name=$1 recipe=$2 steps=$3
    shift 3
    [ -e "$results/$name.json" ] && return
    python -m octavo train "$recipe" --out "$runs/$name" --resume --device cpu --training.steps "$steps" \
        --training.log_every 25 --training.evaluate_every "$steps" --training.evaluate_tokens 50000 \
        --training.optimizer.rate.value 0.003 --training.optimizer.rate.begin 0.6 --training.optimizer.rate.every 0.02 \
        --model.latent 32 --model.reader.embedding 32 "$@"
    python -m octavo evaluate "$runs/$name" --record "$results/$name.json" --tokens 120000 --texts 1000 --device cpu
}

small="--data.batching.batch 32"
annealed="--model.kl_weight.begin 0.2 --model.kl_weight.until 0.6"
top="--model.writer.embedding 32 --model.writer.top.width 128"
convolutions="--model.reader.width 64 --model.reader.maps [64,128] --model.writer.maps [128,64]"
lstms() { echo "--model.reader.width $1 --model.writer.width $1 --model.writer.embedding 32"; }
of() { echo "--data.batching.window $1"; }
on() { echo "--data.batching.window $1 --model.reader.canvas $1 --model.writer.canvas $1"; }

figure4() {
    # Equally many parameters at each length.
    for pair in 60:201 20:166; do
        local length=${pair%:*} width=${pair#*:}
        one "hybrid-vae-hybrid-$length" hybrid-ptb 1000 $small $annealed $convolutions $top $(on $length)
        for dropout in 0.2 0.5; do
            one "hybrid-vae-lstm-$length-p$dropout" lstm-vae-ptb-windows 1000 $small $annealed $(lstms $width) \
                $(of $length) --model.writer.drop_word $dropout
        done
    done
}

figure5() {
    for alpha in 0 0.2; do
        one "hybrid-vae-hybrid-60-alpha$alpha-unannealed" hybrid-ptb 1000 $small $convolutions $top $(on 60) \
            --model.plan $alpha --model.kl_weight 1.0
    done
    one hybrid-vae-hybrid-60-alpha0 hybrid-ptb 1000 $small $annealed $convolutions $top $(on 60) --model.plan 0
}

figure6() {
    for alpha in 0 0.2; do
        for layers in 1 2 3 5 10; do
            one "hybrid-vae-masked-$layers-alpha$alpha" hybrid-ptb-masked 1500 $small $annealed $convolutions $top \
                $(on 60) --model.plan $alpha --model.writer.top.layers $layers
        done
    done
}

figure3() {
    # Equally many parameters at each length.
    for pair in 10:110 30:136 60:165; do
        local length=${pair%:*} width=${pair#*:}
        one "hybrid-vae-historyless-$length" historyless-ptb 300 $small $convolutions $(on $length)
        one "hybrid-vae-historyless-lstm-$length" historyless-ptb-lstm 300 $small $(lstms $width) $(of $length)
    done
    # Is it the optimisation? The LSTM at 30 with other rates, clipping and size.
    one hybrid-vae-historyless-lstm-30-rate-0.01 historyless-ptb-lstm 300 $small $(lstms 136) $(of 30) \
        --training.optimizer.rate.value 0.01
    one hybrid-vae-historyless-lstm-30-clip-1 historyless-ptb-lstm 300 $small $(lstms 136) $(of 30) --training.clip 1.0
    one hybrid-vae-historyless-lstm-30-narrow historyless-ptb-lstm 300 $small $(lstms 64) $(of 30)
}

table3() {
    local plan="--model.reader.width 64 --model.reader.maps [32,64,128,128] --model.writer.maps [128,128,64,64]"
    local over="--model.writer.embedding 32 --model.writer.top.width 192"
    local shared="--training.optimizer.rate.begin 0.7 --model.kl_weight.begin 0.2 --model.kl_weight.until 0.6"
    one hybrid-vae-tweets hybrid-tweets 900 $small $plan $over $shared
    one hybrid-vae-tweets-lstm lstm-vae-tweets 900 $small $(lstms 224) $shared
    one hybrid-vae-tweets-qrnn hybrid-tweets-qrnn 900 $small $plan $over $shared
}

mkdir -p "$runs" "$results"
for group in $groups; do
    $group
done

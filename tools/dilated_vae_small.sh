#!/usr/bin/env bash
# The experiments of the dilated-convolution VAE's paper in small, for a CPU: usage: tools/dilated_vae_small.sh RUNS RESULTS
# [GROUP…]. The first 50 words of newsgroup posts on five topics, 3,000 words, a tenth of the published widths, stated in
# each row as overrides. A run whose result is there is left alone; one that was stopped goes on. Groups: reader table2
# table4 table3 table5 figure3 table6 toys, of which table2 and table4 also come in parts, and
# imdb and ptb, a decoder at a time: imdb:lstm imdb:scnn:1,2,4 ptb:lstm ptb:three:1 ptb:seven:1,2 …
set -euo pipefail
runs=$1 results=$2
shift 2
groups=${*:-reader table4 table2 table5 figure3 table6 table3 toys}

words='["posts","punctuation","first-50-words"]'
text="--data 20news-topics --data.codec.limit 3000 --data.files.clean $words"
falling="--training.optimizer.rate.value 0.002 --training.optimizer.rate.unit share --training.optimizer.rate.begin 0.6
    --training.optimizer.rate.every 0.1"
reader="--model.reader.width 128 --model.reader.embedding 64 --model.reader.dropout 0.1"
lstm="--model.writer.width 128 --model.writer.embedding 64 --model.writer.dropout 0.1 --model.writer.dropout_output 0.1"
cnn="--model.writer.width 96 --model.writer.inner 48 --model.writer.embedding 64"
gaussian="$reader --model.hidden 128 --model.kl_weight.until 0.5 --model.kl_weight.unit share"
z="--model.latent 16"
of="" # in the names of runs on other data
start() { echo "--init-reader $runs/dilated-vae-${of}reader"; }

one() { # name, recipe, steps, overrides
    local name=$1 recipe=$2 steps=$3
    shift 3
    [ -e "$results/$name.json" ] && return
    # One that comes apart does not hold up the others.
    python -m octavo train "$recipe" --out "$runs/$name" --resume --device cpu --precision fp32 --training.epochs none \
        --training.steps "$steps" --training.log_every 50 $falling "$@" || return 0
    python -m octavo evaluate "$runs/$name" --record "$results/$name.json" --device cpu $measure >"$runs/$name/measured.txt"
}

measure=""
reader_of() { # steps: what others start from
    one "dilated-vae-${of}reader" lstm-lm-20news "$1" $text $lstm --training.evaluate_every 500
}

reader() { reader_of 2000; }

# Table 2: equal updates for all; every VAE's bound over 50 draws for a hundred texts.
table2() {
    table2-small
    table2-lstm
    table2-large
    table2-init scnn lcnn
}

decoder() { # name of the size, recipes' part, overrides of the writer
    local size=$1 part=$2
    shift 2
    one "dilated-vae-$corpus-$size-lm" "$part-lm-$suffix" $updates $text --training.evaluate_every $((updates / 4)) "$@"
    measure="--texts 500 --samples 50 --limit 100" one "dilated-vae-$corpus-$size-vae" "$part-vae-$suffix" $updates \
        $text $gaussian $z --training.evaluate_every $((updates / 4)) "$@"
}

corpus=topics suffix=topics updates=800

dilations() { echo "$cnn --model.writer.dilations [$1]"; }
medium=1,2,4,8,16

table2-small() {
    decoder scnn scnn $(dilations 1,2,4)
    decoder mcnn scnn $(dilations $medium)
}

table2-lstm() { decoder lstm lstm $lstm; }

table2-large() {
    decoder lcnn scnn $(dilations $medium,$medium)
    decoder vlcnn scnn $(dilations $medium,$medium,$medium)
}

table2-init() { # decoders
    for size in $*; do
        local sees=1,2,4
        [ $size = scnn ] || sees=$medium,$medium
        measure="--texts 500 --samples 50 --limit 100" one "dilated-vae-topics-$size-vae-init" scnn-vae-topics 800 \
            $text $gaussian $z --training.evaluate_every 200 $(dilations $sees) $(start)
    done
}

# The same of film reviews, 3.8 times over: 100 words of each, 10,000 words, a softmax of few of them in training.
imdb() { # lstm, or a CNN's name and its dilations
    local corpus=imdb suffix=imdb updates=3000
    local text="--data.codec.limit 10000 --model.writer.sampled 600"
    local cnn="--model.writer.width 128 --model.writer.inner 64 --model.writer.embedding 64"
    if [ $1 = lstm ]; then decoder lstm lstm $lstm; else decoder $1 scnn $(dilations $2); fi
}

# The same of sentences, where decoders that see 3 and 7 words are the small ones; and each VAE once more by the ways
# that came after the paper: from an autoencoder, the weight from 0, eight nats of the KL free.
ptb() { # lstm, or a CNN's name and its dilations
    local corpus=ptb suffix=ptb updates=2600
    local text="--data.codec.limit 10000 --model.writer.sampled 600"
    local cnn="--model.writer.width 128 --model.writer.inner 64 --model.writer.embedding 64"
    local gaussian="${gaussian/--model.kl_weight.until 0.5/--model.kl_weight.until 0.3}"
    local writer="$lstm" part=lstm
    if [ $1 = lstm ]; then suffix=sentences; else writer=$(dilations $2) part=scnn; fi
    decoder $1 $part $writer
    one dilated-vae-ptb-autoencoder lstm-autoencoder-20news 1300 --data ptb --data.files.unit lines --data.files.clean [] \
        $text $reader --model.writer.width 128 --model.writer.embedding 64 --training.evaluate_every 650
    measure="--texts 500 --samples 50 --limit 100" one dilated-vae-ptb-$1-vae-modern $part-vae-$suffix $updates $text \
        $gaussian $z $writer --training.evaluate_every $((updates / 4)) --model.kl_weight.start 0 --model.target 8 \
        --init-reader "$runs/dilated-vae-ptb-autoencoder"
}

# Table 4: the choice of labels and the training's seed change together; a seed's five systems come one after another.
table4() {
    autoencoder
    for seed in 1 2 3 4 5; do systems $seed; done
    for seed in 1 2; do more $seed; done
}

systems() { # seed
    classifiers $1
    begun-as-autoencoder $1
    semi $1
}

more() { # seed
    local numbers="1000 2000"
    systems $1
}

numbers="100 500"

few() { echo "$text --data.batching.labels $1 --data.batching.labels_seed $2 --training.seed $2"; }

classifier() { # name, labels, seed, start
    one "dilated-vae-$of$1-$2-$3" lstm-few-labels-20news 300 $(few $2 $3) $reader --training.evaluate_every 20 ${@:4}
}

classifiers() { # seeds
    for seed in $*; do
        for labels in $numbers; do
            classifier scratch $labels $seed
            classifier lm-init $labels $seed $(start)
        done
    done
}

semi() { # seed
    for labels in $numbers; do
        for start_of in semi-init semi; do
            local begun=""
            [ $start_of = semi ] || begun=$(start)
            one "dilated-vae-$of$start_of-$labels-$1" scnn-vae-semi-20news 400 $(few $labels $1) $gaussian $z $cnn \
                --training.evaluate_every 40 $begun
        done
    done
}

# Table 3: other decoders at 500 labels, beside the SCNN of Table 4.
table3() {
    local given="$(few 500 1) $gaussian $z --training.evaluate_every 40"
    one dilated-vae-semi-lstm-500-1 scnn-vae-semi-20news 400 $given --model.writer.kind lstm $lstm \
        --model.writer.drop_word 0.3
    one dilated-vae-semi-mcnn-500-1 scnn-vae-semi-20news 400 $given $(dilations $medium)
    one dilated-vae-semi-lcnn-500-1 scnn-vae-semi-20news 400 $given $(dilations $medium,$medium)
}

# Table 5: the clustering whose objective is lowest on validation texts is the one to look at.
table5() {
    for floor in 0.5 1.0 1.5; do
        one "dilated-vae-clusters-$floor" scnn-clusters-20news 600 $text $gaussian $z $cnn --model.clusters 5 \
            --model.floor $floor --training.evaluate_every 100 $(start)
    done
    one dilated-vae-clusters-no-init scnn-clusters-20news 600 $text $gaussian $z $cnn --model.clusters 5 \
        --training.evaluate_every 100
    mixtures
}

mixtures() {
    [ -e "$results/dilated-mixtures.json" ] || python -m octavo study mixtures "$runs/dilated-vae-reader" \
        "$runs/dilated-vae-topics-scnn-vae" --samples 6000 --out "$results/dilated-mixtures.json"
}

figure3() {
    measure="--texts 500" one dilated-vae-plane scnn-vae-plane-20news 800 $text $gaussian $cnn \
        --training.evaluate_every 200 $(start)
    python -m octavo study plane "$runs/dilated-vae-plane" --samples 5000 --out "$results/dilated-plane.json"
}

table6() {
    python -m octavo study by-label "$runs/dilated-vae-semi-init-500-1" --num-beams 10 --longest 30 \
        --out "$results/dilated-by-label.json"
}

# The third start of Table 4: a reader that a sequence autoencoder has trained, as many updates as the language model.
autoencoder() {
    one dilated-vae-autoencoder lstm-autoencoder-20news 2000 $text $reader --model.writer.width 128 \
        --model.writer.embedding 64 --training.evaluate_every 500
}

begun-as-autoencoder() { # seeds
    for seed in $*; do
        for labels in $numbers; do
            classifier la-init $labels $seed --init-reader "$runs/dilated-vae-autoencoder"
        done
    done
}

# The same where twenty labels can do: documents of a few words that are a topic's own, in three scripts.
toys() {
    local of=toys- numbers=20 text="--data toys --data.files.clean [] --data.codec.kind characters"
    reader_of 600
    classifiers 1 2 3
    semi 1
    semi 2
}

mkdir -p "$runs" "$results"
for group in $groups; do
    ${group//:/ }
done

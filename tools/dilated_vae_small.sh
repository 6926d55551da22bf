#!/usr/bin/env bash
# The experiments of the dilated-convolution VAE's paper in small, for a CPU: usage: tools/dilated_vae_small.sh RUNS RESULTS
# [GROUP…]. A tenth of the published widths, stated in each row as overrides: of the first 50 words of newsgroup posts on
# five topics, 3,000 words; of posts in all twenty newsgroups where labels are few; of film reviews; of sentences. A run
# whose result is there is left alone; one that was stopped goes on. Groups: reader table2 table3 table4 table5 figure3
# table6, of which table2 also comes in parts, table4 by seeds, as table4:1,2; alpha; clusters:γ:SEEDS, say
# clusters:1.0:1,2,3; reviews:SEEDS, few labels of films; imdb and ptb, a decoder at a time: imdb:lstm imdb:scnn ptb:three …
set -efuo pipefail # -f: "[1,2,4]" is no pattern of names of files
runs=$1 results=$2
shift 2
groups=${*:-reader table4 table2 table5 figure3 table6 table3}

words='["posts","punctuation","first-50-words"]'
text="--data 20news-topics --data.codec.limit 3000 --data.files.clean $words"
falling="--training.optimizer.rate.value 0.002 --training.optimizer.rate.unit share --training.optimizer.rate.begin 0.6
    --training.optimizer.rate.every 0.1"
reader="--model.reader.width 128 --model.reader.embedding 64 --model.reader.dropout 0.1"
lstm="--model.writer.width 128 --model.writer.embedding 64 --model.writer.dropout 0.1 --model.writer.dropout_output 0.1"
mlp="--model.writer.first_hidden 128" # between z and an LSTM's first state
cnn="--model.writer.width 96 --model.writer.inner 48 --model.writer.embedding 64"
gaussian="$reader --model.hidden 128 --model.kl_weight.until 0.5 --model.kl_weight.unit share"
z="--model.latent 16"
failed=""
of="" on=20news # in the names of runs, and of recipes, on other data
start() { echo "--init-reader $runs/dilated-vae-${of}reader"; }

one() { # name, recipe, steps, overrides
    local name=$1 recipe=$2 steps=$3
    shift 3
    [ -e "$results/$name.json" ] && return
    # One that fails does not hold up the others.
    python -m octavo train "$recipe" --out "$runs/$name" --resume --device cpu --precision fp32 --training.epochs none \
        --training.steps "$steps" --training.log_every 50 $falling "$@" || {
        failed+=" $name"
        return 0
    }
    python -m octavo evaluate "$runs/$name" --record "$results/$name.json" --device cpu $measure >"$runs/$name/measured.txt"
}

# On how many texts a VAE's bounds and its z are measured; a language model on those of the bounds, to stand beside them.
drawn="--texts 500 --samples 50 --limit 100"
measure=""
reader_of() { # steps: what others start from
    one "dilated-vae-${of}reader" lstm-lm-$on "$1" $text $lstm $sampled --training.evaluate_every 500
}

reader() { reader_of 2000; }

# Table 2: equal updates for all.
table2() {
    table2-small
    table2-lstm
    table2-large
    table2-init lstm scnn mcnn lcnn vlcnn
}

by_validation() { # measure, results: the least first
    for name in "${@:2}"; do
        [ ! -e "$results/$name.json" ] || python -c 'import json, sys
measure, path, name = sys.argv[1:]
print(json.load(open(path))["metrics"]["valid"][measure], measure, "on validation:", name)' $1 "$results/$name.json" $name
    done | sort -g
}

writer_of() { # size
    case $1 in
        lstm) echo "$lstm" ;;
        three) echo "$cnn --model.writer.dilations [1]" ;;
        seven) echo "$cnn --model.writer.dilations [1,2]" ;;
        scnn) echo "$cnn --model.writer.dilations [1,2,4]" ;;
        mcnn) echo "$cnn --model.writer.dilations [1,2,4,8,16]" ;;
        lcnn) echo "$cnn --model.writer.dilations [1,2,4,8,16,1,2,4,8,16]" ;;
        vlcnn) echo "$cnn --model.writer.dilations [1,2,4,8,16,1,2,4,8,16,1,2,4,8,16]" ;;
        *) echo "no decoder '$1': choose from lstm three seven scnn mcnn lcnn vlcnn" >&2; return 2 ;;
    esac
}

part_of() { [ "$1" = lstm ] && echo lstm || echo scnn; }

corpus=topics suffix=topics updates=800

decoder() { # size
    local writer
    writer=$(writer_of "$1")
    measure="--texts 100" one "dilated-vae-$corpus-$1-lm" "$(part_of $1)-lm-$suffix" $updates $text \
        --training.evaluate_every $((updates / 4)) $writer
    vaes $1 ""
}

vaes() { # size, what the name ends in, overrides
    if [ "$1" != lstm ]; then
        vae $1 "$1-vae$2" "${@:3}"
        return
    fi
    # Whether words are dropped before an LSTM is for validation to choose.
    vae lstm "lstm-vae$2" $mlp --model.writer.drop_word 0 "${@:3}"
    vae lstm "lstm-vae-dropped$2" $mlp --model.writer.drop_word 0.3 "${@:3}"
    by_validation perplexity "dilated-vae-$corpus-lstm-vae$2" "dilated-vae-$corpus-lstm-vae-dropped$2"
}

vae() { # size, end of the name, overrides
    local writer
    writer=$(writer_of "$1")
    measure=$drawn one "dilated-vae-$corpus-$2" "$(part_of $1)-vae-$suffix" $updates $text $gaussian $z \
        --training.evaluate_every $((updates / 4)) $writer "${@:3}"
}

table2-small() {
    decoder scnn
    decoder mcnn
}

table2-lstm() { decoder lstm; }

table2-large() {
    decoder lcnn
    decoder vlcnn
}

table2-init() { # sizes
    for size in "$@"; do vaes $size -init $(start); done
}

# The same of film reviews, 3.8 times over: 100 words of each, 10,000 words, a softmax of few of them in training.
imdb() { # size
    local corpus=imdb suffix=imdb updates=3000
    local text="--data.codec.limit 10000 --model.writer.sampled 600"
    local cnn="--model.writer.width 128 --model.writer.inner 64 --model.writer.embedding 64"
    decoder "$1"
}

# The same of sentences, where decoders that see 3 and 7 words are the small ones; and each VAE once more by the ways
# that came after the paper: reader and Gaussian from a VAE whose KL weighs nothing, the weight from 0, eight nats free.
ptb() { # size
    local corpus=ptb suffix=ptb updates=2600
    local text="--data.codec.limit 10000 --model.writer.sampled 600" drawn="--texts 500 --samples 500 --limit 100"
    local cnn="--model.writer.width 128 --model.writer.inner 64 --model.writer.embedding 64"
    local gaussian="${gaussian/--model.kl_weight.until 0.5/--model.kl_weight.until 0.3}"
    local of_lstm=""
    if [ "$1" = lstm ]; then suffix=sentences of_lstm="$mlp --model.writer.drop_word 0"; fi
    decoder "$1"
    one dilated-vae-ptb-autoencoder lstm-vae-ptb-autoencoder 1300 --training.optimizer.kind adam $text $reader $lstm \
        --model.hidden 128 $z --training.evaluate_every 650
    vae $1 $1-vae-modern $of_lstm --model.kl_weight.start 0 --model.target 8 \
        --init-reader "$runs/dilated-vae-ptb-autoencoder"
}

# Table 4, of all twenty newsgroups, 100 words and 10,000 words: the choice of labels and the training's seed change
# together; a seed's five systems come one after another, with equal updates and looks at validation.
table4() { # seeds
    of-news systems-of ${*:-1,2,3,4,5}
    numbers="1000 2000" of-news systems-of 1,2
}

of-news() { # what of it: with twenty classes fewer draws of fewer texts tell the bounds
    local of=news- on=20news text="" sampled="--model.writer.sampled 600" drawn="--texts 500 --samples 10 --limit 50"
    reader_of 3500
    autoencoder 3500
    "$@"
}

systems-of() { # seeds
    for seed in ${1//,/ }; do systems $seed; done
}

systems() { # seed
    classifiers $1
    begun-as-autoencoder $1
    semi $1
}

numbers="100 500" sampled=""

few() { echo "$text --data.batching.labels $1 --data.batching.labels_seed $2 --training.seed $2"; }

classifier() { # name, labels, seed, start
    one "dilated-vae-$of$1-$2-$3" lstm-few-labels-$on 480 $(few $2 $3) $reader --training.evaluate_every 48 ${@:4}
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
        labelled semi-init $labels $1 $cnn $(start)
        labelled semi $labels $1 $cnn
    done
}

decoded_by=scnn labelled_updates=480
labelled() { # name, labels, seed, overrides
    local looked_at="--texts 500"
    [ "$3" != 1 ] || looked_at=$drawn # the bounds, sums over all labels, are slow: of the first seed's runs alone
    measure=$looked_at one "dilated-vae-$of$1-$2-$3" $decoded_by-vae-semi-$on $labelled_updates $(few $2 $3) $gaussian $z $sampled \
        --training.evaluate_every $((labelled_updates / 10)) ${@:4}
}

# α at 100 labels: beside the recipe's 20, others for validation to choose from.
alpha() { of-news alphas; }

alphas() {
    labelled semi-init 100 1 $cnn $(start)
    for alpha in 1 5 50; do labelled semi-init-alpha-$alpha 100 1 $cnn $(start) --model.alpha $alpha; done
    by_validation accuracy dilated-vae-news-semi-init-100-1 dilated-vae-news-semi-init-alpha-{1,5,50}-100-1
}

# Table 3: other decoders at 500 labels, beside the SCNN of Table 4.
table3() { of-news decoders; }

decoders() {
    decoded_by=lstm labelled semi-lstm 500 1 $lstm $mlp --model.writer.drop_word 0
    decoded_by=lstm labelled semi-lstm-dropped 500 1 $lstm $mlp
    by_validation perplexity dilated-vae-news-semi-lstm{,-dropped}-500-1
    for size in mcnn lcnn; do labelled semi-$size 500 1 $(writer_of $size); done
}

# Table 5: of every γ the one whose clusters tell most of the labels of validation texts, the last that is printed, is the
# one to start ten times, by clusters:γ:2,3,4,5,6,7,8,9,10.
table5() {
    local floors="0.5 0.6 0.7 0.8 0.9 1.0 1.1 1.2 1.3 1.4 1.5"
    for floor in $floors; do clustering $floor --model.floor $floor $(start); done
    by_validation normalised_mutual_information $(printf "dilated-vae-clusters-%s " $floors)
    clustering no-init
    mixtures
}

clusters() { # γ, seeds
    for seed in ${2//,/ }; do clustering $1-$seed --model.floor $1 --training.seed $seed $(start); done
}

clustering() { # end of the name, overrides
    measure=$drawn one "dilated-vae-clusters-$1" scnn-clusters-20news 600 $text $gaussian $z $cnn --model.clusters 5 \
        --training.evaluate_every 100 "${@:2}"
}

mixtures() {
    [ -e "$results/dilated-mixtures.json" ] || python -m octavo study mixtures "$runs/dilated-vae-reader" \
        "$runs/dilated-vae-topics-scnn-vae" "$runs/dilated-vae-topics-scnn-vae-init" --samples 6000 \
        --out "$results/dilated-mixtures.json"
}

figure3() {
    measure=$drawn one dilated-vae-plane scnn-vae-plane-20news 800 $text $gaussian $cnn \
        --training.evaluate_every 200 $(start)
    python -m octavo study plane "$runs/dilated-vae-plane" --samples 5000 --out "$results/dilated-plane.json"
}

# Table 6, of the five topics: only many labelled texts in many updates teach a decoder of this size what a label says.
table6() {
    local labelled_updates=2000
    labelled semi-init 5000 1 $cnn $(start)
    python -m octavo study by-label "$runs/dilated-vae-semi-init-5000-1" --num-beams 10 --longest 30 \
        --out "$results/dilated-by-label.json"
}

# The third start of Table 4: a reader that a sequence autoencoder has trained, as many updates as the language model.
autoencoder() { # steps
    one dilated-vae-${of}autoencoder lstm-autoencoder-$on $1 $text $reader --model.writer.width 128 \
        --model.writer.embedding 64 $sampled --training.evaluate_every 500
}

begun-as-autoencoder() { # seeds
    for seed in $*; do
        for labels in $numbers; do
            classifier la-init $labels $seed --init-reader "$runs/dilated-vae-${of}autoencoder"
        done
    done
}

# The paper's other task, a verdict instead of a topic: the first 50 words of film reviews.
reviews() { # seeds
    local of=reviews- on=imdb
    local text="--data.codec.limit 3000 --data.files.clean [\"breaks\",\"punctuation\",\"first-50-words\"]"
    reader_of 2000
    autoencoder 2000
    for seed in ${*//,/ }; do systems $seed; done
}

mkdir -p "$runs" "$results"
for group in $groups; do
    ${group//:/ }
done
if [ -n "$failed" ]; then
    echo "not trained to the end:$failed; run this again to go on with them" >&2
    exit 1
fi

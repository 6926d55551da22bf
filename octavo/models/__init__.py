"""Models: parts under an objective. One file each, and one line here."""

from typing import Annotated

from pydantic import Discriminator

from octavo.interfaces import Alphabet, TextModel
from octavo.models.autoencoder import Autoencoder, AutoencoderConfig
from octavo.models.classifier import Classifier, ClassifierConfig
from octavo.models.clustering_vae import ClusteringVAE, ClusteringVAEConfig
from octavo.models.labelled_vae import LabelledVAE, LabelledVAEConfig
from octavo.models.language_model import LanguageModel, LanguageModelConfig
from octavo.models.translator import Translator, TranslatorConfig
from octavo.models.vae import VAE, VAEConfig

ModelConfig = Annotated[
    LanguageModelConfig
    | AutoencoderConfig
    | VAEConfig
    | LabelledVAEConfig
    | ClusteringVAEConfig
    | ClassifierConfig
    | TranslatorConfig,
    Discriminator("kind"),
]

MODELS: dict[type, type[TextModel]] = {
    LanguageModelConfig: LanguageModel,
    AutoencoderConfig: Autoencoder,
    VAEConfig: VAE,
    LabelledVAEConfig: LabelledVAE,
    ClusteringVAEConfig: ClusteringVAE,
    ClassifierConfig: Classifier,
    TranslatorConfig: Translator,
}


def build_model(config: ModelConfig, alphabet: Alphabet, labels: int = 0) -> TextModel:
    """The model that this configuration describes, for data with so many labels."""
    return MODELS[type(config)](config, alphabet, labels)

"""Search algorithms: pure ask/tell; one file per algorithm.

``state = search.start(problem)``; then ``proposals = search.ask(state, remaining, streams)``, the caller
evaluates them, and ``state = search.tell(state, trials)``. Neither changes its arguments, so the state is
a fold of ``tell`` over the recorded trials, and a replay of them is exact to the bit.

* `bananas`: BANANAS by composition: every part can be exchanged with `dataclasses.replace`.
* `Search`: a search algorithm.
* `TakesProxy`: a search that a free score of architectures can help.
* `RatesByProxy`: a search that is never without a proxy.
* `TakesScreening`: a search that can choose, by what it has seen, which of many candidates are evaluated.
* `LearnsFromSources`: a search that can be told what finished searches know.
* `Populated`: a search that evaluates a first population before it breeds.
* `KeepsEmbeddings`: a search whose embeddings, which depend on no fitness and no seed, can be kept between runs.
* `Belief`: what a model believed when a search was asked.
* `Predicted`: what was predicted of an architecture that was chosen.
* `Offered`: what a task was offered by another.
* `TellsBeliefs`: a search that tells what its model believes.
* `BestFirst`: best-first neighbourhood expansion.
* `Shuffled`: the children go to the two parents' tasks in random order.
* `emt_nas`: EMT-NAS with the settings of its code.
* `Enumeration`: enumeration by a proxy, descending.
* `Improvement`: when to move.
* `FirstImprovement`: moves to the first better neighbour, in random order.
* `BestImprovement`: looks at the whole neighbourhood and moves to the best, if it is better.
* `LocalSearch`: local search with restarts.
* `best_improvement`: local search that looks at the whole neighbourhood before it moves.
* `Mating`: how likely members of two tasks mate.
* `FixedMating`: the same probability for all pairs of tasks.
* `Unmated`: what becomes of a parent that was drawn with one of another task and does not mate with it.
* `Alone`: a copy, which mutation will change.
* `Inheritance`: which tasks two children are evaluated on.
* `Imitation`: vertical cultural transmission: a child of two imitates one of them, drawn at random.
* `MFEA`: multifactorial evolution.
* `LearnedMating`: maximum likelihood of the mixture, on a grid of hundredths.
* `AtHome`: it mates with another member of its own task, if there is one.
* `mfea2`: MFEA whose mating probabilities are learned online (MFEA-II).
* `MTNAS`: evolution whose tasks take over one another's best architectures, refined by a proxy (MTNAS).
* `Source`: a finished search of one task.
* `finished`: a source of what a search has seen.
* `Knowledge`: sources, and what they are used for.
* `Contribution`: what a source contributed to a run.
* `KTNAS`: multi-population evolution with gated transfer.
* `ProgressiveSearch`: progressive search by a predictor, in order of complexity.
* `ktnas_paper`: the paper's procedure as written (arXiv 2504.00772): node2vec, transfer rank, mutation, no regressor.
* `ktnas`: the default: a joint surrogate over all tasks screens the space, transfer rank moves architectures.
* `ktnas_early`: `ktnas` as it was before networks that come out alike were left out: it goes on with records of that
  time.
* `gp_search`: `ktnas` without any transfer: the same Gaussian process and the same pool, one task at a time.
* `gp_search_early`: `gp_search` of the same time as `ktnas_early`.
* `RandomSearch`: draws architectures without replacement.
* `RegularizedEvolution`: regularized (aging) evolution.
* `Retrieval`: refinement by retrieval.
* `SuccessiveHalving`: successive halving with a density model.
* `RankingWeighted`: one surrogate per task; every task chooses by a mixture of all of them.
* `rgpe`: RGPE by composition: every part can be exchanged with `dataclasses.replace`.
* `WarmStarting`: a search that can begin from given architectures.
* `Sequential`: searches one task after the other.
* `chained`: best-first expansion, task after task.
* `UniformAmongBest`: one predictor per task; the candidates that it rates highest come in random order, all others
  behind them.
* `weaknas`: WeakNAS by composition: every part can be exchanged with `dataclasses.replace`.
* `ZeroCostEvolution`: aging evolution that a proxy starts and steers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader as lazy

if TYPE_CHECKING:
    from ktnas.algorithms.bananas import bananas as bananas
    from ktnas.algorithms.base import KeepsEmbeddings as KeepsEmbeddings
    from ktnas.algorithms.base import LearnsFromSources as LearnsFromSources
    from ktnas.algorithms.base import Populated as Populated
    from ktnas.algorithms.base import RatesByProxy as RatesByProxy
    from ktnas.algorithms.base import Search as Search
    from ktnas.algorithms.base import TakesProxy as TakesProxy
    from ktnas.algorithms.base import TakesScreening as TakesScreening
    from ktnas.algorithms.beliefs import Belief as Belief
    from ktnas.algorithms.beliefs import Offered as Offered
    from ktnas.algorithms.beliefs import Predicted as Predicted
    from ktnas.algorithms.beliefs import TellsBeliefs as TellsBeliefs
    from ktnas.algorithms.best_first import BestFirst as BestFirst
    from ktnas.algorithms.contributions import Contribution as Contribution
    from ktnas.algorithms.emt_nas import Shuffled as Shuffled
    from ktnas.algorithms.emt_nas import emt_nas as emt_nas
    from ktnas.algorithms.enumeration import Enumeration as Enumeration
    from ktnas.algorithms.knowledge import Knowledge as Knowledge
    from ktnas.algorithms.knowledge import Source as Source
    from ktnas.algorithms.knowledge import finished as finished
    from ktnas.algorithms.local_search import BestImprovement as BestImprovement
    from ktnas.algorithms.local_search import FirstImprovement as FirstImprovement
    from ktnas.algorithms.local_search import Improvement as Improvement
    from ktnas.algorithms.local_search import LocalSearch as LocalSearch
    from ktnas.algorithms.local_search import best_improvement as best_improvement
    from ktnas.algorithms.mfea import MFEA as MFEA
    from ktnas.algorithms.mfea import Alone as Alone
    from ktnas.algorithms.mfea import FixedMating as FixedMating
    from ktnas.algorithms.mfea import Imitation as Imitation
    from ktnas.algorithms.mfea import Inheritance as Inheritance
    from ktnas.algorithms.mfea import Mating as Mating
    from ktnas.algorithms.mfea import Unmated as Unmated
    from ktnas.algorithms.mfea2 import AtHome as AtHome
    from ktnas.algorithms.mfea2 import LearnedMating as LearnedMating
    from ktnas.algorithms.mfea2 import mfea2 as mfea2
    from ktnas.algorithms.mtnas import MTNAS as MTNAS
    from ktnas.algorithms.multi_population.search import KTNAS as KTNAS
    from ktnas.algorithms.pnas import ProgressiveSearch as ProgressiveSearch
    from ktnas.algorithms.presets import gp_search as gp_search
    from ktnas.algorithms.presets import gp_search_early as gp_search_early
    from ktnas.algorithms.presets import ktnas as ktnas
    from ktnas.algorithms.presets import ktnas_early as ktnas_early
    from ktnas.algorithms.presets import ktnas_paper as ktnas_paper
    from ktnas.algorithms.random_search import RandomSearch as RandomSearch
    from ktnas.algorithms.regularized_evolution import RegularizedEvolution as RegularizedEvolution
    from ktnas.algorithms.retrieval import Retrieval as Retrieval
    from ktnas.algorithms.rgpe import RankingWeighted as RankingWeighted
    from ktnas.algorithms.rgpe import rgpe as rgpe
    from ktnas.algorithms.sequential import Sequential as Sequential
    from ktnas.algorithms.sequential import WarmStarting as WarmStarting
    from ktnas.algorithms.sequential import chained as chained
    from ktnas.algorithms.successive_halving import SuccessiveHalving as SuccessiveHalving
    from ktnas.algorithms.weaknas import UniformAmongBest as UniformAmongBest
    from ktnas.algorithms.weaknas import weaknas as weaknas
    from ktnas.algorithms.zero_cost_evolution import ZeroCostEvolution as ZeroCostEvolution

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "contributions": ["Contribution"],
        "knowledge": ["Source", "finished", "Knowledge"],
        "bananas": ["bananas"],
        "base": [
            "Search",
            "TakesProxy",
            "RatesByProxy",
            "TakesScreening",
            "Populated",
            "KeepsEmbeddings",
            "LearnsFromSources",
        ],
        "beliefs": ["Belief", "Predicted", "Offered", "TellsBeliefs"],
        "best_first": ["BestFirst"],
        "emt_nas": ["Shuffled", "emt_nas"],
        "enumeration": ["Enumeration"],
        "local_search": ["Improvement", "FirstImprovement", "BestImprovement", "LocalSearch", "best_improvement"],
        "mfea": ["Mating", "FixedMating", "Unmated", "Alone", "Inheritance", "Imitation", "MFEA"],
        "mfea2": ["LearnedMating", "AtHome", "mfea2"],
        "mtnas": ["MTNAS"],
        "multi_population.search": ["KTNAS"],
        "pnas": ["ProgressiveSearch"],
        "presets": ["gp_search", "gp_search_early", "ktnas", "ktnas_early", "ktnas_paper"],
        "random_search": ["RandomSearch"],
        "regularized_evolution": ["RegularizedEvolution"],
        "retrieval": ["Retrieval"],
        "successive_halving": ["SuccessiveHalving"],
        "rgpe": ["RankingWeighted", "rgpe"],
        "sequential": ["WarmStarting", "Sequential", "chained"],
        "weaknas": ["UniformAmongBest", "weaknas"],
        "zero_cost_evolution": ["ZeroCostEvolution"],
    },
)

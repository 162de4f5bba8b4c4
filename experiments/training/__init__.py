"""Live training, beside the tables and on images.

* `training_truth`: cells of NAS-Bench-201 trained here, beside the table.
* `supernet_correlation`: scores with shared weights, beside separate training; `supernet_scores` finds both.
* `live_images`: searches on images; `live_searches` runs them.
* `zero_cost`: scores of untrained networks, beside the tables.
* `zero_cost_search`: what such a score saves a search.
* `scenes_recipe`: by which settings seeds agree on an order of networks trained on rendered scenes.
* `scenes_table`: the table of rendered scenes, measured with the `scenes_settings` that were chosen.
* `scenes_package`: the files that ship, made of its trainings.
* `scenes_sheet`: the figures of its data sheet.
"""

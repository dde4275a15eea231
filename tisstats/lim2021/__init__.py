"""The pilot study of Lim et al. 2021: flow, outcomes, safety, and what the article claims."""

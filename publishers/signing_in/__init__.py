"""Signing in beyond a password: at an OpenID Connect provider, and with a second step.

django-allauth carries both. What it leaves open is closed here: who may come in (`publishers.actions.identities`), that
an ID token is checked whole (`id_tokens`), that every call to the provider goes through the guarded client
(`outbound`), and that nobody is signed in before their second step (`middleware`).
"""

"""What a published book needs: addresses, descriptions for search engines, a page not found."""
